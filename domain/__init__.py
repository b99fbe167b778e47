"""What is true without any machine: plates, money, dates, states, rules. No I/O at all."""
