import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Synthesises generated Java projects and runs their own tests, all in one process. For each project three arguments:
 * its folder, its main class, its test class. The template is left in FOLDER/template.json. Prints one line of JSON for
 * each project; exit code 1 if any has a problem. .ci/enter-project.cjs moves the library's process to the folder that
 * the file PROOF_PROJECT names.
 */
final class Proof {
  public static void main(String[] args) throws Exception {
    boolean failed = false;
    for (int i = 0; i < args.length; i += 3) {
      long started = System.nanoTime();
      List<String> problems = new ArrayList<>();
      Path folder = Path.of(args[i]);
      Files.writeString(Path.of(System.getenv("PROOF_PROJECT")), args[i]);
      try {
        Class.forName(args[i + 1]).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        try (var made = Files.newDirectoryStream(folder.resolve("cdk.out"), "*.template.json")) {
          Files.move(made.iterator().next(), folder.resolve("template.json")); // the tests write theirs there too
        }
        problems.addAll(test(args[i + 2]));
      } catch (InvocationTargetException e) {
        problems.add("synthesis: " + e.getCause());
      }
      failed |= !problems.isEmpty();
      System.out.println(new ObjectMapper().writeValueAsString(
          Map.of("project", folder.getFileName().toString(), "problems", problems, "ms", (System.nanoTime() - started) / 1_000_000)));
    }
    System.exit(failed ? 1 : 0);
  }

  static List<String> test(String name) throws Exception {
    Launcher launcher = LauncherFactory.create();
    SummaryGeneratingListener heard = new SummaryGeneratingListener();
    launcher.execute(
        LauncherDiscoveryRequestBuilder.request().selectors(DiscoverySelectors.selectClass(Class.forName(name))).build(), heard);
    List<String> problems = new ArrayList<>();
    for (TestExecutionSummary.Failure f : heard.getSummary().getFailures()) {
      problems.add("test " + f.getTestIdentifier().getDisplayName() + ": " + f.getException());
    }
    if (heard.getSummary().getTestsFoundCount() == 0) {
      problems.add("no test was found in " + name);
    }
    return problems;
  }
}
