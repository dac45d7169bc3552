import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs the tests of generated projects' handlers, all in one process. Each argument is a project and the names of its
 * test classes, joined by commas. Prints one line of JSON for each project; exit code 1 if any has a problem. What the
 * handlers log is dropped.
 */
final class HandlersProof {
  public static void main(String[] args) throws Exception {
    PrintStream out = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    boolean failed = false;
    for (String project : args) {
      long started = System.nanoTime();
      List<String> problems = new ArrayList<>();
      String[] names = project.split(",");
      for (int i = 1; i < names.length; i++) {
        problems.addAll(Proof.test(names[i]));
      }
      if (names.length == 1) {
        problems.add("it has no tests of handlers");
      }
      failed |= !problems.isEmpty();
      out.println(new ObjectMapper().writeValueAsString(
          Map.of("project", names[0], "problems", problems, "ms", (System.nanoTime() - started) / 1_000_000)));
    }
    System.exit(failed ? 1 : 0);
  }
}
