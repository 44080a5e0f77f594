import java.net.URI; import java.net.http.*; import java.nio.file.*; import java.util.regex.*;

class Read {
  static String find(String json, String name) { Matcher m = Pattern.compile("\"" + name + "\":\\s*\"([^\"]*)\"").matcher(json); return m.find() ? m.group(1) : ""; }
  public static void main(String[] none) throws Exception {
    var url = System.getenv("VEFA_URL"); var who = Files.readString(Path.of(System.getenv("VEFA_CREDENTIALS"))); var http = HttpClient.newHttpClient();
    var login = "{\"tenant\":\"%s\",\"email\":\"%s\",\"password\":\"%s\"}".formatted(find(who, "tenant"), find(who, "email"), find(who, "password"));
    var token = find(http.send(HttpRequest.newBuilder(URI.create(url + "/v1/session")).header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(login)).build(), HttpResponse.BodyHandlers.ofString()).body(), "token");
    http.send(HttpRequest.newBuilder(URI.create(url + "/v1/events:stream?last=10")).header("Authorization", "Bearer " + token).build(),
        HttpResponse.BodyHandlers.ofLines()).body().filter(line -> line.startsWith("data: ") && line.contains("\"type\"")).forEach(event ->
            System.out.println(find(event, "type") + " " + find(event, "subject") + " " + find(event, "aggregateVersion")));
  }
}
