"""The draw (抽籤), phase by phase. The protocol itself is domain/draw."""
