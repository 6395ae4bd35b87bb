"""Guards before the gateway: requests and answers looked at on their way, personal data masked and restored.

They do not know what a guard looks for, nor how a request is answered.
"""
