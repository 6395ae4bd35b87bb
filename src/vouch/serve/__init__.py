"""The gateway: models, routes and apps behind the APIs that clients already speak.

It does not know how an app decides, nor how a provider is spoken to beyond its address.
"""
