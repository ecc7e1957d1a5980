"""What each standard defines: short pure functions, one for each indicator or input."""
