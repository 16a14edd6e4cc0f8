"""Groups alerts into incidents, each with its likeliest causes.

A candidate cause is propagated through the topology as a failure would be, and predicts alerts. Alerts are
explained by the candidates that predict them, by false alarms, or by both (noisy-or); a monitor that should
have raised an alert and is silent counts against a candidate. The set of causes with the greatest
probability is searched, and each cause of the set is compared with all others in its place.

The model is the codebook of event correlation (Yemini et al., "High speed and robust event correlation",
1996) with a noisy-or as in Pearl, "Probabilistic reasoning in intelligent systems" (1988).
"""

from impactgraph.diagnosis.incidents.correlate import Correlation, Monitoring, correlate, correlate_as_one

__all__ = ["Correlation", "Monitoring", "correlate", "correlate_as_one"]
