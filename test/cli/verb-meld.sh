$ARMELD meld -o w.a
