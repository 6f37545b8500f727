$ARMELD -o w.a --jobs many liba.a
