printf 'no archive' >"$(printf 'x\033[31m\377\302\233\342\200\256\303\244.a')"; $ARMELD -o w.a *.a
