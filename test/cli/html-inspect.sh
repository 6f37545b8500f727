cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD inspect -n 1 --html r.html . ; ls -A; grep -c "<tr data-name" r.html; grep -o "<li><b>.*</b>.*</li>" r.html
