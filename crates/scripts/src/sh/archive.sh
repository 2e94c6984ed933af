# archive FOLDER NUMBER URL SHA256: unpacks an archive of the entry into the agent's folder.
archive() {
    fetch "$3" "$STAGE/${3##*/}" "$4"
    rm -rf -- "$STAGE/unpack"
    mkdir -p "$STAGE/unpack" "$1/archives"
    unpack "$STAGE/${3##*/}" "$STAGE/unpack"
    set -- "$1" "$2" "$STAGE/unpack"/*
    if [ "$#" -eq 3 ] && [ -d "$3" ]; then
        mv -- "$3" "$1/archives/$2"
    else
        mv -- "$STAGE/unpack" "$1/archives/$2"
    fi || fail 14 unpack "archive $2 cannot be put into place"
}
