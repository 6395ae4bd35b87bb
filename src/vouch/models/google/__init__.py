"""Models that speak Google's generateContent API: Gemini, at its own address or at Vertex AI.

It does not know any other API.
"""
