# shellcheck shell=bash
# Certificates of this machine for `./vefa up --tls`: an authority of the state's own and one certificate for every process.

TLS=off
tls_folder() { [ "$TLS" = off ] || echo "$SECRETS/tls"; }

# make_certificates: a new one each time, by the authority of the first time. Processes look at the folder by themselves, so
# that nothing restarts for it.
make_certificates() {
  run_logged tls "certificates in $SECRETS/tls" sign_certificate ||
    die "the certificates could not be made: $(last_error "$VEFA_STATE/logs/setup/tls.log")"
}

sign_certificate() (
  set -e
  umask 077
  key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
  mkdir -p "$SECRETS/authority"
  cd "$SECRETS/authority"
  [ -s ca.crt ] || openssl req -x509 "${key[@]}" -days 3650 -subj "/CN=Vefa of this machine" -keyout ca.key -out ca.crt
  # A folder of its own, put in place at once: nobody reads the key of one and the certificate of another.
  folder=$(mktemp -d "$SECRETS/tls.XXXXXX")
  openssl req "${key[@]}" -subj "/CN=vefa" -keyout "$folder/tls.key" -out request.csr
  openssl x509 -req -in request.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 90 -out "$folder/tls.crt" \
    -extfile <(printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n')
  cp ca.crt "$folder/ca.crt"
  before=$(readlink "$SECRETS/tls" || true)
  ln -s "$folder" "$folder.link"
  mv -T "$folder.link" "$SECRETS/tls"
  [ -z "$before" ] || rm -rf "$before"
)
