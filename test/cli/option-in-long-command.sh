$ARMELD -o w.a $(seq 30) --jsn $(seq 30)
