cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD strip -q --compress-debug=zlib -d z liba.a; $ARMELD inspect --by section z/liba.a | grep debug; $ARMELD strip --debug --compress-debug=zlib liba.a
