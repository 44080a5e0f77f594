// The Java client: reads all topics from the beginning, leaves in the middle with its offsets committed, comes back to
// exactly the rest. Usage: java -cp KAFKA_JARS/* Reader.java BROKERS NEWER_ID,NEWER_ID
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.*;

class Reader {
  static final List<String> TOPICS = List.of("vefa.contact.v1", "vefa.interaction.v1", "vefa.campaign.v1", "vefa.notification.v1");
  static final Duration DEADLINE = Duration.ofSeconds(60);
  static final int PROBLEMS_MAX = 20;

  final Set<String> ids = new HashSet<>(), newer = new HashSet<>(), newerSeen = new TreeSet<>();
  final Map<String, Long> versions = new HashMap<>();
  final List<String> problems = new ArrayList<>();

  void complain(String problem) {
    if (problems.size() < PROBLEMS_MAX) problems.add(problem.replace('"', '\''));
  }

  static String header(ConsumerRecord<String, byte[]> record, String name) {
    var found = record.headers().lastHeader(name);
    return found == null ? "" : new String(found.value(), StandardCharsets.UTF_8);
  }

  void take(ConsumerRecord<String, byte[]> record) {
    String id = header(record, "ce_id"), subject = header(record, "ce_subject"), history = record.topic() + " " + subject;
    if (!ids.add(id)) complain(id + " came twice");
    if (!record.key().equals(header(record, "ce_tenantid") + "/" + subject)) complain("key " + record.key() + " of " + subject);
    long version = Long.parseLong(header(record, "ce_aggversion")), last = versions.getOrDefault(history, 0L);
    if (version != last + 1) complain(history + " goes from version " + last + " to " + version);
    versions.put(history, version);
    if (newer.contains(id) && record.value().length > 0) newerSeen.add(id);
  }

  // Takes `enough` records, commits where it stands and closes.
  void read(Properties settings, Map<TopicPartition, Long> ends, long enough) {
    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(TOPICS);
      var positions = new HashMap<TopicPartition, OffsetAndMetadata>();
      long taken = 0, until = System.nanoTime() + DEADLINE.toNanos();
      while (taken < enough) {
        if (System.nanoTime() > until) throw new IllegalStateException(taken + " of " + enough + " records within " + DEADLINE);
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          var place = new TopicPartition(record.topic(), record.partition());
          if (taken == enough || record.offset() >= ends.get(place)) continue;
          take(record);
          positions.put(place, new OffsetAndMetadata(record.offset() + 1));
          taken++;
        }
      }
      consumer.commitSync(positions);
    }
  }

  public static void main(String[] words) throws Exception {
    long started = System.nanoTime();
    var settings = new Properties();
    settings.put("bootstrap.servers", words[0]);
    settings.put("group.id", "vefa-foreign-java-" + ProcessHandle.current().pid() + "-" + started);
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", "false");
    var reader = new Reader();
    if (words.length > 1 && !words[1].isEmpty()) reader.newer.addAll(List.of(words[1].split(",")));
    Map<TopicPartition, Long> begins, ends;
    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      var places = TOPICS.stream().flatMap(topic -> consumer.partitionsFor(topic).stream())
          .map(place -> new TopicPartition(place.topic(), place.partition())).toList();
      begins = consumer.beginningOffsets(places);
      ends = consumer.endOffsets(places);
    }
    long total = 0;
    for (var place : ends.keySet()) total += ends.get(place) - begins.get(place);
    reader.read(settings, ends, total / 2);
    reader.read(settings, ends, total - total / 2);
    if (reader.ids.size() != total) reader.complain(reader.ids.size() + " events of " + total + " records");
    for (String id : reader.newer) if (!reader.newerSeen.contains(id)) reader.complain("the newer event " + id + " did not come");
    try (var admin = Admin.create(settings)) {
      admin.deleteConsumerGroups(List.of(settings.getProperty("group.id"))).all().get();
    }
    var problems = new StringJoiner("\",\"", reader.problems.isEmpty() ? "" : "\"", reader.problems.isEmpty() ? "" : "\"");
    reader.problems.forEach(problems::add);
    System.out.printf(Locale.ROOT, "{\"client\":\"java\",\"events\":%d,\"subjects\":%d,\"resumed\":%d,\"newer\":%d,\"seconds\":%.2f,\"problems\":[%s]}%n",
        reader.ids.size(), reader.versions.size(), total - total / 2, reader.newerSeen.size(), (System.nanoTime() - started) / 1e9, problems);
    System.exit(reader.problems.isEmpty() ? 0 : 1);
  }
}
