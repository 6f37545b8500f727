a=$(printf 'x\033\377"\\.a'); cp "$FIXTURES"/x86_64-linux/liba.a "$a"; cp "$FIXTURES"/x86_64-linux/libb.a .; $ARMELD --json -o w.a "$a" libb.a | grep '"path"'
