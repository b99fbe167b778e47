"""/privacy: the notice of 個資法 §8, in Chinese and English."""
