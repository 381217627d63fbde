"""What runs in a repository that has an author, before or after Copier's merge."""
