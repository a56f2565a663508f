using System.Reflection;
using System.Reflection.Emit;
using System.Text;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host.Config;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

// The Durable Functions extension in a plain WebJobs host. It takes the path that the extension takes for Node in Azure:
// FUNCTIONS_WORKER_RUNTIME is `node` and the triggers are strings. The worker at WORKER_URL runs the functions.
// Prints one line when it serves: the value of a durableClient binding, as JSON. Ends with its standard input.

_ = Task.Run(() =>
{
    while (Console.In.ReadLine() is not null) { }
    Environment.Exit(0);
});
string hostJson = File.ReadAllText(Environment.GetEnvironmentVariable("HOST_JSON")!);
ITypeLocator functions = new Functions(await Worker.Functions());
using IHost host = new HostBuilder()
    .ConfigureAppConfiguration(configuration => configuration
        .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($"{{\"AzureWebJobs\":{hostJson}}}")))
        .AddEnvironmentVariables())
    .ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace))
    .ConfigureWebJobs(builder => builder.AddDurableTask())
    .ConfigureServices(services => services.AddSingleton(functions).AddSingleton<IWebHookProvider, WebHooks>())
    .Build();
await host.StartAsync();
await host.Services.GetRequiredService<IJobHost>()
    .CallAsync("DurableClient.Print", new Dictionary<string, object>());
await host.WaitForShutdownAsync();

public static class DurableClient
{
    [NoAutomaticTrigger]
    public static void Print([DurableClient] string client) =>
        Console.WriteLine(JToken.Parse(client).ToString(Formatting.None));
}

/// <summary>The Functions host's public address, which the extension asks for and the app does not use.</summary>
sealed class WebHooks : IWebHookProvider
{
    public Uri GetUrl(IExtensionConfigProvider extension) => new("http://localhost/runtime/webhooks/durabletask");
}

/// <summary>One method for each function of the worker, <c>Task&lt;object&gt; name(string trigger)</c>.</summary>
sealed class Functions(IReadOnlyDictionary<string, string> triggerByName) : ITypeLocator
{
    public IReadOnlyList<Type> GetTypes()
    {
        TypeBuilder type = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Functions"), AssemblyBuilderAccess.Run)
            .DefineDynamicModule("Functions").DefineType("Functions", TypeAttributes.Public);
        foreach (var (name, trigger) in triggerByName)
        {
            MethodBuilder method = type.DefineMethod(
                name, MethodAttributes.Public | MethodAttributes.Static, typeof(Task<object>), [typeof(string)]);
            method.SetCustomAttribute(AttributeOf(typeof(FunctionNameAttribute), name));
            method.DefineParameter(1, ParameterAttributes.None, "trigger").SetCustomAttribute(AttributeOf(
                trigger == "orchestrationTrigger" ? typeof(OrchestrationTriggerAttribute) : typeof(ActivityTriggerAttribute)));
            ILGenerator body = method.GetILGenerator();
            body.Emit(OpCodes.Ldstr, name);
            body.Emit(OpCodes.Ldarg_0);
            body.Emit(OpCodes.Call, typeof(Worker).GetMethod(nameof(Worker.Call))!);
            body.Emit(OpCodes.Ret);
        }
        return [type.CreateType(), typeof(DurableClient)];
    }

    static CustomAttributeBuilder AttributeOf(Type type, params object[] arguments) =>
        new(type.GetConstructor([.. arguments.Select(argument => argument.GetType())])!, arguments);
}

/// <summary>
/// The process that runs the functions. When it dies, what it runs fails as in the Functions host, and later calls wait
/// until it is back.
/// </summary>
public static class Worker
{
    static readonly HttpClient http = new()
    {
        BaseAddress = new Uri(Environment.GetEnvironmentVariable("WORKER_URL")!),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The type of each function's trigger.</summary>
    public static async Task<Dictionary<string, string>> Functions() =>
        JsonConvert.DeserializeObject<Dictionary<string, string>>(await http.GetStringAsync("functions"))!;

    public static async Task<object> Call(string name, string trigger)
    {
        for (; ; await Task.Delay(50))
        {
            try
            {
                using HttpResponseMessage response = await http.PostAsync($"functions/{name}", new StringContent(trigger));
                string text = await response.Content.ReadAsStringAsync();
                return response.IsSuccessStatusCode ? JToken.Parse(text) : throw new InvalidOperationException(text);
            }
            catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConnectionError)
            {
                // It is not there (yet).
            }
            catch (HttpRequestException)
            {
                throw new InvalidOperationException("node exited with code 137 (0x89)");
            }
        }
    }
}
