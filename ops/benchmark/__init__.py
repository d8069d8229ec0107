"""What ops/bench runs: the same work for Stele and for what a user would pick instead, on one machine in one run."""
