"""What a responder repairs by hand, from the answer of a blast radius: what to replay, whom to tell, what to
treat first.
"""
