# The program is static and holds the browser programs: the image is the program and the certificates it trusts.
FROM node:20-bookworm-slim AS scripts
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node build.mjs

FROM golang:1.26-bookworm AS program
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY --from=scripts /src .
RUN CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /alongside ./cmd/alongside && mkdir /data

FROM scratch
COPY --from=program /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=program /alongside /alongside
COPY --from=program --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/alongside"]
CMD ["serve", "-listen", "0.0.0.0:8080", "-data", "/data"]
