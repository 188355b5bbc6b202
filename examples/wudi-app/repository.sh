#!/bin/sh
# Makes a git repository with something to build: sh repository.sh DIRECTORY
set -eu
directory=${1:?say where}
git init -q -b main "$directory"
cd "$directory"
cat > Dockerfile <<'END'
FROM scratch
COPY hello.txt /
END
echo "hello" > hello.txt
git add .
git -c user.name=wudi -c user.email=wudi@localhost commit -q -m "a first version"
echo "$directory is ready"
