"""報表查詢: monthly figures, each counted by SQL over the books themselves."""
