$ARMELD -o w.a -j 2x liba.a
