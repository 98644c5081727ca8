"""What `make check` looks at: a file for each check.

A check has a NAME, a REMEDY (what to do when it fails) and `find(root)`, which returns a line
for each thing that is wrong in the tree under `root`.
"""
