"""The parts of the benchmark `recorded_attacks`: recorded runs of real models, played again through Vouch's provenance.

They do not know what the figures are held against. No task and no model is named here, only arguments of tools.
"""
