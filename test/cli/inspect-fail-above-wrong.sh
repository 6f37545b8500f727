$ARMELD inspect --fail-above ten a -- b
