$ARMELD -o w.a nofile.a
