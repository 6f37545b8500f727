mkdir real; cp "$FIXTURES"/x86_64-linux/*.a .; ln -s real/w.a w.a; $ARMELD -q -o w.a lib*.a; find . -type l | sort; ls real
