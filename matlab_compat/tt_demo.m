%TT_DEMO  From two samples to figures, tables and other toolboxes' files.
%   TT_DEMO runs from top to bottom: it analyses two of the samples that come
%   with temtensile (or takes their results, where samples/run has left them),
%   plots and compares them, shows a frame, correlates a field, and writes the
%   files of Eberl's toolbox and of Ncorr. Everything new goes into a temporary
%   folder, whose name it prints.
%
%   It needs the program: the environment variable TEMTENSILE, or temtensile on
%   the PATH. Set TEMTENSILE_SAMPLES to the folder of the samples if this file is
%   not inside the source tree.
%
%   Units: see TT_LOAD.
%
%   Example
%     tt_demo
%
%   See also TT_LOAD, CONTENTS.

% SPDX-License-Identifier: GPL-3.0-or-later

%% Where things are
here = fileparts(mfilename('fullpath'));
samples = getenv('TEMTENSILE_SAMPLES');
if isempty(samples)
    samples = fullfile(here, '..', 'samples');
end
work = tempname();
mkdir(work);
fprintf('Results of this demonstration: %s\n', work);
names = {'zrcu-0.002pa-1', 'zrcu-10pa-1'};

%% Analyse, or load what is there
tests = cell(size(names));
for i = 1:numel(names)
    done = fullfile(samples, '..', 'results', names{i});
    if exist(fullfile(done, 'results.mat'), 'file')
        tests{i} = tt_load(done);
    else
        fprintf('Analysing %s\n', names{i});
        tests{i} = tt_analyze(fullfile(samples, names{i}, 'test.yaml'), fullfile(work, names{i}));
    end
end

%% A number with its unit and uncertainty
r = tests{1};
E = r.summary.properties.youngs_modulus_GPa;
fprintf('%s: E = %.1f +- %.1f %s, 95 %% in %.1f to %.1f\n', r.summary.test.name, E.value, E.u, ...
        r.units.summary.properties.youngs_modulus_GPa.value, E.interval95);

%% One curve, and several
figure;
tt_plot_curve(r);
title('One test');
figure;
tt_compare(tests);
title('Two films');

%% The neck: width along the gauge in the last intact frame
figure;
plot(r.width.position_px, r.width.ratio(end, :), '.-');
xlabel('position along the gauge (px)');
ylabel('width / first width');

%% A frame of the recording with the gauge, and the curve up to there
video = fullfile(samples, names{1}, 'test.mp4');
half = r.curve.frame(find(~isnan(r.curve.strain), 1, 'last'));
figure;
tt_show_frame(r, half, 'video', video);

%% Eberl's toolbox: markers, times, stress and strain
e = tt_to_eberl(r);
tt_write_eberl(fullfile(work, 'eberl'), e);
again = tt_read_eberl(fullfile(work, 'eberl'));
fprintf('Eberl: %d markers in %d images\n', size(again.x));

%% A full field between two frames, and Ncorr's form of it
pictures = {fullfile(work, 'reference.pgm'), fullfile(work, 'deformed.pgm')};
numbers = [r.curve.frame(1), half];
program = getenv('TEMTENSILE');
if isempty(program)
    program = 'temtensile';
end
for i = 1:2
    [code, said] = system(sprintf('"%s" frame "%s" --number %d -o "%s"', program, video, numbers(i), pictures{i}));
end
table = fullfile(work, 'field.csv');
ends = [r.summary.gauge.from_px; r.summary.gauge.to_px];
corner = max(0, floor(min(ends) - r.summary.gauge.width_px / 2));
extent = ceil(max(ends) + r.summary.gauge.width_px / 2) - corner;
[code, said] = system(sprintf('"%s" correlate "%s" "%s" --subset 31 --step 8 --roi %d,%d,%d,%d -o "%s"', program, ...
                              pictures{1}, pictures{2}, corner, extent, table));
fprintf('%s', said);
f = tt_read_field(table);
figure;
imagesc(f.x_px(1, :), f.y_px(:, 1), 100 * f.exx);
axis image;
colorbar;
title('strain along x (%)');
n = tt_to_ncorr(f, 'pixel_size_nm', r.summary.parameters.pixel_size_nm.value, 'images', pictures);
tt_write_ncorr(fullfile(work, 'ncorr.mat'), n);
back = tt_read_ncorr(fullfile(work, 'ncorr.mat'));
fprintf('Ncorr: %d of %d points inside, spacing %d px\n', sum(~isnan(back.field.u_px(:))), numel(back.field.u_px), ...
        back.data_dic_save.dispinfo.spacing);
disp('In MATLAB with Ncorr on the path, tt_ncorr_roi(back, ''for_ncorr.mat'') makes a file that Ncorr reopens.');
