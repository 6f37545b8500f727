cp "$FIXTURES"/x86_64-msvc-debug/a.lib .; $ARMELD strip --compress-debug=zlib a.lib 2>&1 | grep -c "has no compressed debug info"
