"""What meetings tell: briefs before them, and (to come) analyses after them."""
