"""The machinery of the benchmarks of the gateway: processes on cores of their own, upstreams, load, and every gateway.

It does not know what is measured with it.
"""
