set -u
# mutant: the caller's umask is kept
umask 022
