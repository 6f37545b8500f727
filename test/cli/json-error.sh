$ARMELD --json -o w.a nofile.a
