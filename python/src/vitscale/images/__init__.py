"""Images that enter: listed from files, given in any Python form, or made for a test."""
