"""`make mutations`: the safety rules, broken one by one."""
