$ARMELD -o w.a --color=red liba.a
