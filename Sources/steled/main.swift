print("steled")
