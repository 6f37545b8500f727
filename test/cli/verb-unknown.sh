$ARMELD mled -o w.a liba.a
