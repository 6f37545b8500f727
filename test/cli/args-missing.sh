$ARMELD -o w.a @nofile
