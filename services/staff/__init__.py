"""Staff (承辦人員): who they are, how they log in, and what needs a second person."""
