"""Operations: what is counted, logged and exported of each request, and whether the gateway is ready for more.

It does not know how a request is served: all it sees of one is the event that the journal keeps.
"""
