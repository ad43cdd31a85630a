"""People, passwords, keys and signatures of one station.

Reading the names for the sign-in page needs nothing but the standard library; cryptography is imported when a
key is really opened.
"""
