"""Third parties that a draw's proof rests on, one module each: the beacon's relays, time-stamping authorities.

None of them is believed: what they answer carries a signature, which is verified before it is used.
"""
