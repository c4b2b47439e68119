"""What the crash tests drive: a process that forks builds to be killed, the judge of what they left, and the lane both run in."""
