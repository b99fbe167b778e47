"""What ParkLine is measured against."""
