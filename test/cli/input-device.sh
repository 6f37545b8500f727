$ARMELD -o w.a /dev/null
