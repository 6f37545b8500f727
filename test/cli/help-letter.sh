$ARMELD -h | head -n 1
